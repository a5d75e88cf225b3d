/** What the router needs to know of an operation. */
interface Routed {
  readonly method: string;
  readonly path: string;
}

interface Node<Target> {
  readonly literals: Map<string, Node<Target>>;
  parameter: { name: string; node: Node<Target> } | undefined;
  readonly targets: Map<string, { target: Target; names: string[] }>;
}

/** The outcome of a look-up: the operation and its parameters, or which methods the path would take (405), or null (404). */
export type Match<Target> = { target: Target; params: Record<string, string> } | { allow: string[] } | null;

/**
 * Finds the operation for a method and raw path. Literal segments win over parameters (the trap of 4.1), a trailing
 * slash is accepted (Appendix A), and parameters are percent-decoded; a bad escape is simply no known path.
 */
export class Router<Target extends Routed> {
  readonly #root: Node<Target> = emptyNode();

  constructor(targets: readonly Target[]) {
    for (const target of targets) this.#add(target);
  }

  /** Looks up a raw path without its query. */
  match(method: string, path: string): Match<Target> {
    const segments = path.split('/');
    if (segments.length > 1 && segments.at(-1) === '') segments.pop();
    const values: string[] = [];
    const node = descend(this.#root, segments, 1, values);
    if (node === undefined) return null;
    const found = node.targets.get(method);
    if (found === undefined) return { allow: [...node.targets.keys()].sort() };
    const params: Record<string, string> = {};
    for (let index = 0; index < values.length; index++) params[found.names[index] as string] = values[index] as string;
    return { target: found.target, params };
  }

  #add(target: Target): void {
    const names: string[] = [];
    let node = this.#root;
    for (const segment of target.path.split('/').slice(1)) {
      const name = /^\{(\w+)\}$/.exec(segment)?.[1];
      if (name === undefined) {
        const next = node.literals.get(segment) ?? emptyNode();
        node.literals.set(segment, next);
        node = next;
      } else {
        names.push(name);
        node.parameter ??= { name, node: emptyNode() };
        node = node.parameter.node;
      }
    }
    if (node.targets.has(target.method)) throw new Error(`two operations for ${target.method} ${target.path}`);
    node.targets.set(target.method, { target, names });
  }
}

function emptyNode<Target>(): Node<Target> {
  return { literals: new Map(), parameter: undefined, targets: new Map() };
}

/** Depth first, literals before parameters; the depth is that of the deepest template. */
function descend<Target>(
  node: Node<Target>,
  segments: string[],
  at: number,
  values: string[],
): Node<Target> | undefined {
  const segment = segments[at];
  if (segment === undefined) return node.targets.size > 0 ? node : undefined;
  const literal = node.literals.get(segment);
  const byLiteral = literal === undefined ? undefined : descend(literal, segments, at + 1, values);
  if (byLiteral !== undefined) return byLiteral;
  const value = decode(segment);
  if (node.parameter === undefined || value === undefined) return undefined;
  values.push(value);
  const byParameter = descend(node.parameter.node, segments, at + 1, values);
  if (byParameter === undefined) values.pop();
  return byParameter;
}

function decode(segment: string): string | undefined {
  if (segment === '') return undefined;
  if (!segment.includes('%')) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
