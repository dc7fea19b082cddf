/** Arguments as they are, where nobody says what they mean. */
import { groupFact, textFact } from '../../fact.ts';
import type { Fact } from '../../review.ts';
import type { DescribeContext } from '../context.ts';
import { plainFact } from '../clear/fields.ts';
import type { Member, Node } from '../clear/node.ts';

export const argumentFacts = (members: readonly Member[], notes: DescribeContext): Fact[] =>
  members.map(({ name, node }, i) =>
    nodeFact(name === '' ? `(${String(i + 1)})` : name, node, notes),
  );

function nodeFact(label: string, node: Node, notes: DescribeContext): Fact {
  switch (node.kind) {
    case 'leaf':
      return plainFact(label, node, notes);
    case 'struct':
      return groupFact(label, argumentFacts(node.members, notes));
    case 'list':
      return node.items.length === 0
        ? textFact(label, 'none')
        : groupFact(
            label,
            node.items.map((item, i) => nodeFact(`${label} ${String(i + 1)}`, item, notes)),
          );
  }
}
