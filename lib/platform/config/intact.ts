import type { ProblemInFile } from './concern.ts';

/** What is left of a value once the entries that are wrong in form are taken out of its lists. */
export interface Intact {
  readonly value: unknown;
  /** Puts a problem found in what is left where it stands in the whole value. */
  replaced(problem: ProblemInFile): ProblemInFile;
}

/** For each list that is left, by its path there: the places that its entries had. */
type Places = Map<string, number[]>;

interface Pruned {
  readonly value: unknown;
  /** Problems that belong to no entry of a list in here, so that whatever this is in has to go. */
  readonly own: readonly string[];
}

/**
 * Takes the innermost entry around each problem out of its list, so that the other entries can be checked further. An
 * entry is a member of a list of objects: a rule, a binding, a strategy. A word of a list of words takes along what it
 * stands in, which would say something else without it.
 */
export function intactPart(name: string, value: unknown, problemPaths: readonly string[]): Intact {
  const places: Places = new Map();
  const pruned = prune(value, { path: name, pathLeft: name, problems: problemPaths }, places);
  return { value: pruned.value, replaced: (problem) => inWhole(problem, places) };
}

interface Spot {
  /** Where it stands in the whole value, and in what is left of it. */
  readonly path: string;
  readonly pathLeft: string;
  /** The paths of the problems at or below it. */
  readonly problems: readonly string[];
}

function prune(value: unknown, spot: Spot, places: Places): Pruned {
  if (spot.problems.length === 0) return { value, own: [] };
  if (Array.isArray(value) && value.some(isObject)) return pruneList(value, spot, places);
  if (!isObject(value)) return { value, own: spot.problems };
  const left: Record<string, unknown> = {};
  const placed = new Set<string>();
  const own: string[] = [];
  for (const [key, member] of Object.entries(value)) {
    const below = under(spot, `.${key}`, `.${key}`);
    const pruned = prune(member, below, places);
    left[key] = pruned.value;
    own.push(...pruned.own);
    for (const path of below.problems) placed.add(path);
  }
  return { value: left, own: [...own, ...spot.problems.filter((path) => !placed.has(path))] };
}

function pruneList(list: readonly unknown[], spot: Spot, places: Places): Pruned {
  const left: unknown[] = [];
  const kept: number[] = [];
  const placed = new Set<string>();
  for (const [place, entry] of list.entries()) {
    const below = under(spot, `[${place}]`, `[${left.length}]`);
    // The next entry takes the place of one that goes, so what was noted about the lists in that one goes with it.
    const inEntry: Places = new Map();
    const pruned = prune(entry, below, inEntry);
    for (const path of below.problems) placed.add(path);
    if (pruned.own.length > 0) continue;
    for (const [list, itsPlaces] of inEntry) places.set(list, itsPlaces);
    left.push(pruned.value);
    kept.push(place);
  }
  places.set(spot.pathLeft, kept);
  return { value: left, own: spot.problems.filter((path) => !placed.has(path)) };
}

function under({ path, pathLeft, problems }: Spot, step: string, stepLeft: string): Spot {
  const here = `${path}${step}`;
  const isHere = (one: string) => one === here || one.startsWith(`${here}.`) || one.startsWith(`${here}[`);
  return { path: here, pathLeft: `${pathLeft}${stepLeft}`, problems: problems.filter(isHere) };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Its path, and the siblings that its message names (`rules[1]`), get the places they have in the whole value. */
function inWhole(problem: ProblemInFile, places: Places): ProblemInFile {
  const lists = new Map<string, string>();
  const placeIn = (list: string, place: string) => places.get(list)?.[Number(place)] ?? place;
  const path = problem.path.replace(/\[(\d+)\]/g, (_match, place: string, at: number) => {
    const list = problem.path.slice(0, at);
    lists.set(list.slice(list.lastIndexOf('.') + 1), list);
    return `[${placeIn(list, place)}]`;
  });
  const message = problem.message.replace(/(\w+)\[(\d+)\]/g, (match, name: string, place: string) => {
    const list = lists.get(name);
    return list === undefined ? match : `${name}[${placeIn(list, place)}]`;
  });
  return { ...problem, path, message };
}
