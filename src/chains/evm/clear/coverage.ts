/** What a descriptor does not show of the values it is about. */
import { type MarkedField, PATHS } from './marked.ts';
import type { Leaf, Node } from './node.ts';
import { pattern } from './path.ts';

export interface LeafAt {
  /** Such as `orders.[2].maker`. */
  readonly path: string;
  readonly leaf: Leaf;
}

/**
 * Values without a line: those that a field hides or shows a part of, and those that no field speaks of.
 *
 * @param places paths of the values that are shown
 */
export function leftOver(
  root: Node,
  fields: Iterable<MarkedField>,
  places: ReadonlySet<string>,
): { readonly hidden: readonly LeafAt[]; readonly unmentioned: readonly LeafAt[] } {
  const mentioned = new Set([...fields].flatMap(pathsOf));
  const hidden: LeafAt[] = [];
  const unmentioned: LeafAt[] = [];
  for (const entry of leavesOf(root, '')) {
    if (places.has(entry.path)) continue;
    (mentioned.has(pattern(entry.path)) ? hidden : unmentioned).push(entry);
  }
  return { hidden, unmentioned };
}

/** Patterns of the values that a field speaks of: its own, and those that its format needs. */
function pathsOf({ path, params, scope }: MarkedField): string[] {
  const inScope = (text: string): string =>
    pattern(scope === '' || /^[@$]\./.test(text) ? text : `${scope}.${text.replace(/^#\./, '')}`);
  return [path, ...PATHS.map((key) => params?.[key])]
    .filter((text) => text !== undefined)
    .map(inScope);
}

function leavesOf(node: Node, path: string): LeafAt[] {
  const below = (name: string): string => (path === '' ? name : `${path}.${name}`);
  switch (node.kind) {
    case 'leaf':
      return [{ path, leaf: node }];
    case 'list':
      return node.items.flatMap((item, i) => leavesOf(item, below(`[${String(i)}]`)));
    case 'struct':
      return node.members.flatMap((member, i) =>
        leavesOf(member.node, below(member.name === '' ? `(${String(i + 1)})` : member.name)),
      );
  }
}
