/** The namespace of every metric of this project in CloudWatch. */
export const metricNamespace = 'qredo-functions';

/** CloudWatch takes at most this many values of a metric in one line. */
const valuesPerLine = 100;
/** More measurements than this in one invocation are dropped. */
const mostValues = 10_000;
/** CloudWatch cuts nothing: a longer dimension value loses the whole line. */
const longestDimensionValue = 200;

type Dimensions = Readonly<Record<string, string>>;

interface Series {
  readonly dimensions: Dimensions;
  readonly metrics: Map<string, number[]>;
}

/** What was measured during one invocation, until it is written at its end. */
export class MetricBuffer {
  readonly #series = new Map<string, Series>();

  /** Adds to a count: one sum per invocation and set of dimensions. */
  count(metric: string, value: number, dimensions: Dimensions = {}): void {
    if (!Number.isFinite(value)) return;
    const values = this.#valuesOf(metric, dimensions);
    values[0] = (values[0] ?? 0) + value;
  }

  /** Adds a measurement. All are kept, up to ten thousand in one invocation. */
  measure(metric: string, value: number, dimensions: Dimensions = {}): void {
    if (!Number.isFinite(value)) return;
    const values = this.#valuesOf(metric, dimensions);
    if (values.length < mostValues) values.push(value);
  }

  /**
   * The lines in CloudWatch's embedded metric format, one per set of dimensions (more when there are more values than a
   * line can take), and an empty buffer. A metric with
   * dimensions counts without them too, so that an alarm can watch the total.
   */
  drain(nowMs: number, properties: Readonly<Record<string, unknown>>): string[] {
    const lines = [...this.#series.values()].flatMap((series) => embedded(series, nowMs, properties));
    this.#series.clear();
    return lines;
  }

  #valuesOf(metric: string, given: Dimensions): number[] {
    const dimensions = Object.fromEntries(
      Object.entries(given)
        .map(([name, value]) => [name, dimensionValue(value)] as const)
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    );
    const key = JSON.stringify(dimensions);
    const series = this.#series.get(key) ?? { dimensions, metrics: new Map<string, number[]>() };
    this.#series.set(key, series);
    const values = series.metrics.get(metric) ?? [];
    series.metrics.set(metric, values);
    return values;
  }
}

/** The unit follows from the name: units stand last in names here. */
function unitOf(metric: string): string {
  if (metric.endsWith('Ms')) return 'Milliseconds';
  return metric.endsWith('Seconds') ? 'Seconds' : 'Count';
}

function embedded(series: Series, nowMs: number, properties: Readonly<Record<string, unknown>>): string[] {
  const lists = [...series.metrics.entries()];
  const longest = Math.max(...lists.map(([, values]) => values.length));
  return Array.from({ length: Math.ceil(longest / valuesPerLine) }, (_, line) => {
    const from = line * valuesPerLine;
    const parts = lists.map(([name, values]) => [name, values.slice(from, from + valuesPerLine)] as const);
    return embeddedLine(
      series.dimensions,
      parts.filter(([, values]) => values.length > 0),
      nowMs,
      properties,
    );
  });
}

function embeddedLine(
  dimensions: Dimensions,
  metrics: readonly (readonly [string, number[]])[],
  nowMs: number,
  properties: Readonly<Record<string, unknown>>,
): string {
  const names = Object.keys(dimensions);
  const directive = {
    Namespace: metricNamespace,
    Dimensions: names.length > 0 ? [names, []] : [[]],
    Metrics: metrics.map(([name]) => ({ Name: name, Unit: unitOf(name) })),
  };
  const values = metrics.map(([name, list]) => [name, list.length === 1 ? list[0] : list]);
  const members = { ...properties, ...dimensions, ...Object.fromEntries(values) };
  return JSON.stringify({ _aws: { Timestamp: nowMs, CloudWatchMetrics: [directive] }, ...members });
}

function dimensionValue(value: string): string {
  const printable = String(value)
    .replace(/[^\x20-\x7e]/g, '?')
    .trim()
    .slice(0, longestDimensionValue);
  return printable === '' ? 'none' : printable;
}
