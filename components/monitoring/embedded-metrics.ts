import { DIMENSION, METRICS, type MetricName, NAMESPACE } from "./layout";

/** What was measured; what is not known is left out. */
export type Measured = Readonly<Partial<Record<MetricName, number | undefined>>>;

/**
 * One line in CloudWatch's embedded metric format: a log event from which CloudWatch takes metrics by itself, so that
 * the machine's role needs no right but that to write its log.
 *
 * @param at milliseconds
 */
export function embeddedMetrics(stack: string, at: number, measured: Measured): string {
  const known = Object.entries(measured).filter(([, value]) => Number.isFinite(value));
  const metrics = known.map(([Name]) => ({ Name, Unit: METRICS[Name as MetricName] }));
  return `${JSON.stringify({
    _aws: {
      Timestamp: at,
      CloudWatchMetrics: [{ Namespace: NAMESPACE, Dimensions: [[DIMENSION]], Metrics: metrics }],
    },
    [DIMENSION]: stack,
    ...Object.fromEntries(known),
  })}\n`;
}
