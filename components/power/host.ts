import { readFileSync } from "node:fs";
import { join } from "node:path";
import { VERDICT_FRESH_SECONDS } from "./layout";

/** A file that cloud-init writes. */
export interface HostFile {
  readonly path: string;
  readonly content: string;
  /** In octal, e.g. `0755`. */
  readonly permissions: string;
}

/** What a part of the stack wants of the machine it runs on. */
export interface HostPart {
  readonly files: readonly HostFile[];
  /** Shell commands for cloud-init to run once the files are there; running them again does no harm. */
  readonly commands: readonly string[];
}

const SOURCES = join("components", "power", "host-files");
const PROGRAMS = "/usr/local/sbin";
const UNITS = "/etc/systemd/system";

/**
 * What stops an idle machine and brings its containers back when it is started again: a timer that reads the meter's
 * verdict each minute, and a service after Docker's start.
 *
 * A container could not do it: to power the machine off it would need privileges that none of ours has.
 */
export function powerHost({ stack }: { readonly stack: string }): HostPart {
  return {
    files: [
      program("comfy-power", { FRESH_SECONDS: String(VERDICT_FRESH_SECONDS) }),
      program("comfy-containers"),
      unit("comfy-power.service", [
        "[Unit]",
        "Description=Power off when ComfyUI has been idle for long enough",
        "",
        "[Service]",
        "Type=oneshot",
        `ExecStart=${PROGRAMS}/comfy-power ${stack}`,
      ]),
      unit("comfy-power.timer", [
        "[Unit]",
        "Description=Look every minute whether ComfyUI is idle",
        "",
        "[Timer]",
        "OnBootSec=2min",
        "OnUnitActiveSec=1min",
        "AccuracySec=5s",
        "",
        "[Install]",
        "WantedBy=timers.target",
      ]),
      unit("comfy-containers.service", [
        "[Unit]",
        "Description=Start what Docker left stopped of ComfyUI's containers",
        "After=docker.service",
        "Requires=docker.service",
        "",
        "[Service]",
        "Type=oneshot",
        `ExecStart=${PROGRAMS}/comfy-containers ${stack}`,
        "",
        "[Install]",
        "WantedBy=multi-user.target",
      ]),
    ],
    commands: [
      "systemctl daemon-reload",
      "systemctl enable --now comfy-power.timer",
      "systemctl enable comfy-containers.service",
    ],
  };
}

function program(name: string, values: Readonly<Record<string, string>> = {}): HostFile {
  const content = Object.entries(values).reduce(
    (text, [key, value]) => text.replaceAll(`@${key}@`, value),
    readFileSync(join(SOURCES, name), "utf8"),
  );
  return { path: `${PROGRAMS}/${name}`, content, permissions: "0755" };
}

function unit(name: string, lines: readonly string[]): HostFile {
  return { path: `${UNITS}/${name}`, content: `${lines.join("\n")}\n`, permissions: "0644" };
}
