import type { HostPart } from "../power/host";
import { METER_VOLUME, METRICS_FILE } from "../power/layout";
import { objectName } from "../shared/engine";
import { logGroupName } from "./layout";

const AGENT = "/opt/aws/amazon-cloudwatch-agent";
const CONFIG = `${AGENT}/etc/comfy-fortress.json`;
/** Where Docker keeps what it makes. */
const DOCKER = "/var/lib/docker";

/** Arguments of `cloudwatchAgentHost`. */
export interface AgentArgs {
  readonly stack: string;
  /** Such as `us-east-1`. */
  readonly region: string;
}

/**
 * What sends the machine's logs to CloudWatch: a configuration for the CloudWatch agent, which AWS's Deep Learning AMIs
 * bring along.
 *
 * Docker's own driver for CloudWatch would do for the containers' lines, but a container does not start, or waits with
 * every line, where CloudWatch is out of reach. The agent reads the files that there are anyway, and the gateway never
 * waits for it. Where the image has no agent the machine comes up all the same, and the alarm for a silent gateway says so.
 */
export function cloudwatchAgentHost(args: AgentArgs): HostPart {
  const control = `${AGENT}/bin/amazon-cloudwatch-agent-ctl`;
  return {
    files: [
      { path: CONFIG, content: `${JSON.stringify(agentConfig(args), null, 1)}\n`, permissions: "0644" },
    ],
    commands: [
      `if [ -x ${control} ]; then ${control} -a fetch-config -m ec2 -s -c file:${CONFIG}; ` +
        "else echo 'This image has no CloudWatch agent: nothing is sent to CloudWatch.' >&2; fi",
    ],
  };
}

/** The agent's configuration: nothing but files to follow, so that the machine's role needs no right on metrics. */
export function agentConfig({ stack, region }: AgentArgs) {
  const group = logGroupName(stack);
  const volume = objectName(stack, METER_VOLUME);
  return {
    agent: { region, run_as_user: "root" },
    logs: {
      force_flush_interval: 15,
      logs_collected: {
        files: {
          collect_list: [
            {
              file_path: `${DOCKER}/volumes/${volume}/_data/${METRICS_FILE}`,
              log_group_name: group,
              log_stream_name: "{instance_id}/metrics",
            },
            {
              // One stream a container: of files that match one pattern, the agent would follow only the last changed.
              file_path: `${DOCKER}/containers/*/*-json.log`,
              publish_multi_logs: true,
              log_group_name: group,
              log_stream_name: "{instance_id}/containers",
            },
          ],
        },
      },
    },
  };
}
