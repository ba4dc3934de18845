import type { DnsHost } from "../../components/certificate/args";
import type { CustomNode } from "../../components/comfyui/custom-nodes";
import type { JwtAlgorithm } from "../../components/gateway/authorizer/methods/jwt-keys";
import type { MethodName } from "../../components/gateway/authorizer/methods/names";
import type { GpuVmArgs } from "../../components/gpu-vm/args";
import type { Model } from "../../components/models/args";
import type { Schedule } from "../../components/power/schedule";

/** What a client may do; each role includes the one before it. */
export type Role = "worker" | "user" | "admin";

/** One caller of the gateway. */
export interface ClientSettings {
  readonly name: string;
  readonly role: Role;
  /** How the client may authenticate. */
  readonly methods: readonly MethodName[];
  /** Password of its own choice for basic (secret); generated when absent. */
  readonly password?: string;
  /** Prompts per time, e.g. `10r/m`. */
  readonly rate: string;
  /** Prompts that may come at once on top of the rate. */
  readonly burst: number;
  /** Counts the client's credentials; one more makes new ones. */
  readonly generation: number;
  /** Whether the credentials of the generation before are refused. */
  readonly retirePrevious: boolean;
  /** Moment from which the client is refused, in UTC, such as `2027-01-31T00:00:00Z`; never where absent. */
  readonly expires?: string;
}

/** A key by which another issuer signs tokens. */
export interface JwtKeySettings {
  readonly kid: string;
  readonly algorithm: JwtAlgorithm;
  /** HS*: the secret in base64url. Others: the public key in PEM. */
  readonly key: string;
  readonly role: Role;
  /** Client that the tokens count for; the `kid` when absent. */
  readonly client?: string;
}

/** The machine that is made in AWS. */
export interface VmSettings
  extends Pick<
    GpuVmArgs,
    | "instanceType"
    | "amiId"
    | "rootVolumeGiB"
    | "dataVolumeGiB"
    | "dataSnapshotId"
    | "keepData"
    | "spot"
    | "subnetId"
    | "availabilityZone"
    | "hostedZoneId"
  > {
  /** Whether adminCidrs may be wider than /24 and /64. */
  readonly allowWideAdminCidrs: boolean;
}

/** When the machine in AWS is off. */
export interface PowerSettings {
  /** Minutes without work and without an open connection after which it stops; never where absent. */
  readonly idleMinutes?: number;
  /** Times at which it starts and stops; never by the clock where absent. */
  readonly schedule?: Schedule;
}

/** What is kept and told of the machine in AWS. */
export interface MonitoringSettings {
  /** Address that alarms go to. */
  readonly email: string;
  readonly logRetentionDays: number;
  /** US dollars a month at 80 and 100 % of which the address is told; never where absent. */
  readonly monthlyBudgetUsd?: number;
}

/** Everything that can be set, validated and complete. See Pulumi.README.yaml for meanings and defaults. */
export interface Settings {
  readonly stack: string;
  readonly target: "local" | "aws";
  readonly domain: string;
  readonly port: number;
  /** Whether the endpoint is published on IPv6 too. */
  readonly ipv6: boolean;
  /** IPv4 and IPv6 addresses and ranges (CIDR) that may connect; empty for all. */
  readonly allowedCidrs: readonly string[];
  /** IPv4 and IPv6 addresses and ranges that may reach SSH on the machine in AWS; empty with target local. */
  readonly adminCidrs: readonly string[];
  readonly certificate: "private-ca" | "letsencrypt";
  /** Whom to ask for the server's certificate, and how; there with `letsencrypt` only. */
  readonly acme?: {
    readonly email: string;
    /** `production`, `staging`, or the https URL of another authority's directory. */
    readonly directoryUrl: string;
    /** Where the domain's DNS is hosted; a folder in it is absolute. */
    readonly dns: DnsHost;
    /** PEM file whose certificates are trusted when talking to the authority. */
    readonly caBundle?: string;
  };
  readonly methods: readonly MethodName[];
  /** Whether a client certificate is needed on top of any other method. */
  readonly requireClientCertificate: boolean;
  readonly clients: readonly ClientSettings[];
  /** Which key signs the sessions of those who signed in with basic. */
  readonly session: {
    /** Counts the keys; one more makes a new one. */
    readonly generation: number;
    /** Whether sessions by the key before are refused. */
    readonly retirePrevious: boolean;
  };
  readonly jwt: {
    /** What tokens must have as `iss`. */
    readonly issuer: string;
    /** What tokens must have in `aud`. Defaults to the endpoint's URL. */
    readonly audience: string;
    /** Claim that names the tenant. */
    readonly tenantClaim: string;
    /** Longest life of a token, in seconds. */
    readonly maxLifetimeSeconds: number;
    /** Keys of another issuer of tokens, besides the generated ones. */
    readonly keys: readonly JwtKeySettings[];
  };
  readonly comfyui: {
    /** `auto`, `official`, `stand-in`, or the path of a checkout. */
    readonly source: string;
    readonly commit: string;
    readonly accelerator: "cpu" | "cuda";
    /** Package index that torch comes from. Defaults to PyTorch's own. */
    readonly torchIndex?: string;
    /** File with the Python packages to install; resolved anew when absent. */
    readonly lock?: string;
    /** Custom nodes that are built in. */
    readonly customNodes: readonly CustomNode[];
    /** Node classes that are refused besides the built-in list. */
    readonly deniedNodes: readonly string[];
    /** When given, every other node class is refused. */
    readonly allowedNodes?: readonly string[];
  };
  /** Model files to fetch; without the key none is looked after. */
  readonly models?: readonly Model[];
  readonly watcher: {
    /** What follows an alert: nothing more, or ComfyUI is stopped until somebody lets it go on. */
    readonly action: "alert" | "stop";
  };
  /** The machine in AWS; there with target aws only, as are the two after it. */
  readonly vm?: VmSettings;
  readonly power?: PowerSettings;
  readonly monitoring?: MonitoringSettings;
  readonly build: {
    readonly baseImage: string;
    /** Images to pull instead of building them: by part of the stack, `repository@sha256:…`. */
    readonly images: Readonly<Record<string, string>>;
    /** PEM files whose certificates image builds trust. */
    readonly caBundles: readonly string[];
  };
}
/** Settings with the target aws. */
export type AwsSettings = Settings & Required<Pick<Settings, "vm" | "power" | "monitoring">>;

/** Where the settings come from, so that reading them needs neither Pulumi nor the machine. */
export interface SettingsSource {
  readonly stack: string;
  /** The project's configuration: key without namespace to raw value (JSON text where it is structured). */
  readonly config: Readonly<Record<string, string>>;
  /** Environment variables; only SSL_CERT_FILE and NODE_EXTRA_CA_CERTS are looked at. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether a file can be read. */
  readonly fileExists: (path: string) => boolean;
}
