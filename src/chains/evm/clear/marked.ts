/**
 * A format of a descriptor with marks instead of labels. The library returns what it shows as text only; by
 * the marks each line is led back to its field and to the value in the bytes.
 */
import type { DescriptorContent, FieldParams, FieldSpec, FormatSpec } from './descriptor.ts';

/** A field with its definition merged in, and where its paths begin. */
export interface MarkedField extends Omit<FieldSpec, '$ref'> {
  /** Of the group, for paths inside of it; '' for none. */
  readonly scope: string;
}

export interface Marked {
  readonly format: FormatSpec;
  readonly fields: ReadonlyMap<string, MarkedField>;
  /** Labels of groups, by their marks. */
  readonly groups: ReadonlyMap<string, string | undefined>;
}

type Definitions = NonNullable<DescriptorContent['display']['definitions']>;
type Group = Extract<NonNullable<FormatSpec['fields']>[number], { fields: unknown[] }>;

const DEFINITION = '$.display.definitions.';

/** @returns `undefined` where a field has no label or no definition, or groups are in groups */
export function markFormat(format: FormatSpec, definitions: Definitions = {}): Marked | undefined {
  const fields = new Map<string, MarkedField>();
  const groups = new Map<string, string | undefined>();

  const markField = (field: FieldSpec, scope: string): FieldSpec | undefined => {
    const merged = withDefinition(field, definitions);
    // The mark must not stand in for a label that is missing.
    if (merged === undefined || (merged.label === undefined && merged.visible !== 'never')) {
      return undefined;
    }
    const mark = `f${String(fields.size)}`;
    fields.set(mark, { ...merged, scope });
    return { ...merged, label: mark, separator: '{index}' };
  };

  const markGroup = (group: Group): Group | undefined => {
    const mark = `g${String(groups.size)}`;
    groups.set(mark, group.label);
    const scope = scopeOf(group);
    const inner = group.fields.map((field) =>
      'fields' in field ? undefined : markField(field, scope),
    );
    return inner.every((field) => field !== undefined)
      ? { ...group, label: mark, fields: inner }
      : undefined;
  };

  const all = (format.fields ?? []).map((field) =>
    'fields' in field ? markGroup(field) : markField(field, ''),
  );
  if (!all.every((field) => field !== undefined)) return undefined;
  return { format: { ...format, fields: all }, fields, groups };
}

/** As the library sees it: a group whose fields go over lists by themselves gives them no beginning. */
function scopeOf({ path, fields }: Group): string {
  if (path === undefined) return '';
  const overLists = fields.some(
    (field) => !('fields' in field) && field.path?.includes('.[]') === true,
  );
  return overLists && !path.endsWith('.[]') ? '' : path.replace(/^#\./, '');
}

function withDefinition(field: FieldSpec, definitions: Definitions): FieldSpec | undefined {
  const { $ref, ...own } = field;
  if ($ref === undefined) return own;
  if (!$ref.startsWith(DEFINITION)) return undefined;
  const name = $ref.slice(DEFINITION.length);
  const definition = Object.hasOwn(definitions, name) ? definitions[name] : undefined;
  if (definition === undefined || definition.$ref !== undefined) return undefined;
  return { ...definition, ...own, params: { ...definition.params, ...own.params } };
}

/** The field for one place of its list: paths name the place, and begin at the root. */
export function fieldAt(field: MarkedField, index: number | undefined): MarkedField {
  const place = index === undefined ? '' : `[${String(index)}]`;
  const scope = field.scope.endsWith('.[]') ? `${field.scope.slice(0, -2)}${place}` : field.scope;
  const at = (path: string): string => {
    if (/^[@$]\./.test(path)) return path;
    const relative = path.replace(/^#\./, '');
    if (scope !== '') return `${scope}.${relative}`;
    return index === undefined ? relative : relative.replace('.[]', `.${place}`);
  };
  const { params = {}, path } = field;
  return {
    ...field,
    ...(path === undefined ? {} : { path: at(path) }),
    params: paramsAt(params, at),
  };
}

/** Parameters that point at values. */
export const PATHS = [
  'amountPath',
  'calleePath',
  'chainIdPath',
  'collectionPath',
  'selectorPath',
  'spenderPath',
  'tokenPath',
] as const;

function paramsAt(params: FieldParams, at: (path: string) => string): FieldParams {
  const changed = { ...params };
  for (const key of PATHS) {
    const path = params[key];
    if (path !== undefined) changed[key] = at(path);
  }
  return changed;
}
