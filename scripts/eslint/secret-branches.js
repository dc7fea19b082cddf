/**
 * Reports control flow and memory addresses that depend on a secret bit or mask, because their
 * timing tells the secret.
 *
 * A value is secret if its type is an alias named `SecretBit` or `SecretMask`, or carries a brand
 * property whose name starts with `__secret`:
 *
 *     type SecretBit = number & { readonly __secret: 'bit' };
 *
 * Operators and the conversions Number, BigInt and Boolean hand the secret on (`bit === 1`,
 * `Number(mask) + 1`); any other call is trusted to return something public, unless its type says
 * otherwise. A secret copied into a variable of type `number` is lost to the rule: keep the brand.
 */
const SECRET_NAME = /^Secret(?:Bit|Mask)$/;
const SECRET_BRAND = /^__(?:@)?secret/i;
const CONVERSIONS = new Set(['Number', 'BigInt', 'Boolean']);
const BRANCHING_OPERATORS = new Set(['&&', '||', '&&=', '||=']);

/** @type {import('eslint').Rule.RuleModule} */
export const secretBranches = {
  meta: {
    type: 'problem',
    docs: { description: 'Forbid branches and indexes that depend on a secret.' },
    schema: [],
    messages: {
      branch: 'This branch depends on a secret. Select with a mask instead.',
      index: 'This index depends on a secret. Read every element and select with a mask instead.',
    },
  },

  create(context) {
    const { program, getTypeAtLocation } = context.sourceCode.parserServices;
    const checker = program.getTypeChecker();

    function isSecretType(type) {
      const bound = checker.getBaseConstraintOfType(type) ?? type;
      return [type, bound].some(
        (each) =>
          SECRET_NAME.test(each.aliasSymbol?.name ?? '') ||
          (each.isUnion() && each.types.some(isSecretType)) ||
          (each.isIntersection() &&
            (each.types.some((part) => SECRET_NAME.test(part.aliasSymbol?.name ?? '')) ||
              each.getProperties().some(({ name }) => SECRET_BRAND.test(name)))),
      );
    }

    /** The parts of an expression whose value its own value reveals. */
    function operands(node) {
      switch (node.type) {
        case 'UnaryExpression':
        case 'UpdateExpression':
          return node.operator === 'typeof' ? [] : [node.argument];
        case 'BinaryExpression':
        case 'LogicalExpression':
          return [node.left, node.right];
        case 'AssignmentExpression':
          return [node.right];
        case 'ConditionalExpression':
          return [node.consequent, node.alternate]; // the test is reported where it stands
        case 'SequenceExpression':
          return node.expressions.slice(-1);
        case 'TSAsExpression':
        case 'TSNonNullExpression':
        case 'TSSatisfiesExpression':
        case 'TSTypeAssertion':
          return [node.expression];
        case 'CallExpression':
          return CONVERSIONS.has(node.callee.name) ? node.arguments : [];
        default:
          return [];
      }
    }

    const isSecret = (node) =>
      isSecretType(getTypeAtLocation(node)) || operands(node).some((each) => isSecret(each));

    function check(node, messageId) {
      if (node && isSecret(node)) context.report({ node, messageId });
    }

    const checkTest = ({ test }) => check(test, 'branch');
    const checkLeft = ({ left, operator }) => {
      if (BRANCHING_OPERATORS.has(operator)) check(left, 'branch');
    };

    return {
      IfStatement: checkTest,
      ConditionalExpression: checkTest,
      WhileStatement: checkTest,
      DoWhileStatement: checkTest,
      ForStatement: checkTest,
      SwitchStatement: ({ discriminant }) => check(discriminant, 'branch'),
      LogicalExpression: checkLeft,
      AssignmentExpression: checkLeft,
      MemberExpression: ({ computed, property }) => {
        if (computed) check(property, 'index');
      },
    };
  },
};
