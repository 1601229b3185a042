import { getMetadataStorage, validateSync, type ValidationError, ValidationTypes } from 'class-validator';
import { type FieldRule, problemWith } from './fields.js';

type FailingField = Pick<ValidationError, 'property' | 'value'>;

/** What a DTO class asks of one field. */
interface FieldCheck {
  property: string;
  /** All of them must hold, or the field is left alone: `PartialType` makes its fields optional this way. */
  conditions: ((dto: object, value: unknown) => boolean)[];
  rules: FieldRule[];
}

type Metadata = ReturnType<ReturnType<typeof getMetadataStorage>['getTargetValidationMetadatas']>[number];

const known = new Map<unknown, FieldCheck[] | undefined>();

/**
 * The fields of a DTO that class-validator would refuse. It reads a class's metadata anew for each object, which takes
 * longer than everything else that is done with a body; here that is done once for a class.
 */
export function failingFields(dto: object): FailingField[] {
  const type = dto.constructor;
  if (!known.has(type)) known.set(type, checksOf(type));
  const checks = known.get(type);
  if (!checks) return validateSync(dto, { forbidUnknownValues: false });
  const failing: FailingField[] = [];
  for (const { property, conditions, rules } of checks) {
    const value = (dto as Record<string, unknown>)[property];
    const applies = conditions.every((holds) => holds(dto, value));
    if (applies && rules.some((rule) => problemWith(rule, value, '') !== undefined)) failing.push({ property, value });
  }
  return failing;
}

/** `undefined` for a class with decorators that are not ours, which only class-validator understands. */
function checksOf(type: Metadata['target'] & object): FieldCheck[] | undefined {
  const metadata = getMetadataStorage().getTargetValidationMetadatas(type, '', false, false);
  const checks: FieldCheck[] = [];
  for (const [property, ofField] of Map.groupBy(metadata, ({ propertyName }) => propertyName)) {
    const [conditional, rest] = [ofField.filter(isConditional), ofField.filter((one) => !isConditional(one))];
    const rules = rest.flatMap(ruleIn);
    if (rules.length < rest.length) return undefined;
    const conditions = conditional.map(({ constraints }) => constraints[0] as FieldCheck['conditions'][number]);
    checks.push({ property, conditions, rules });
  }
  return checks;
}

function isConditional({ type }: Metadata): boolean {
  return type === ValidationTypes.CONDITIONAL_VALIDATION;
}

function ruleIn({ constraints }: Metadata): FieldRule[] {
  const [rule] = (constraints as unknown[] | undefined) ?? [];
  return typeof rule === 'object' && rule !== null && 'problem' in rule ? [rule as FieldRule] : [];
}
