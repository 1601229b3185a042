import { ArgumentMetadata, Injectable, PipeTransform } from '@nestjs/common';
import { getMetadataStorage, validateSync } from 'class-validator';
import { FieldProblem, invalidInput } from '../errors/domain-error.js';
import { FieldRule, problemWith } from './fields.js';

type Dto = new () => object;

/**
 * Reads bodies and queries into their DTO classes: only declared fields, each as its rule reads it, then class-validator
 * says what is wrong. Undeclared fields never arrive anywhere, whatever their name.
 */
@Injectable()
export class DtoPipe implements PipeTransform {
  private readonly rules = new Map<Dto, [field: string, rule: FieldRule][]>();

  transform(input: unknown, { type, metatype }: ArgumentMetadata): unknown {
    if (!metatype || (type !== 'body' && type !== 'query') || this.rulesOf(metatype).length === 0) return input;
    const problems: FieldProblem[] = [];
    const source = type === 'query' ? this.readQuery(metatype, input as Record<string, unknown>, problems) : input;
    const dto = this.read(metatype, source, '', problems);
    if (problems.length > 0) throw invalidInput(problems);
    return dto;
  }

  private read(type: Dto, input: unknown, path: string, problems: FieldProblem[]): object {
    const dto = new type() as Record<string, unknown>;
    if (typeof input !== 'object' || input === null || Array.isArray(input)) {
      const field = path || 'body';
      problems.push({ field, message: `${path || 'the body'} must be ${path ? 'an' : 'a JSON'} object` });
      return dto;
    }
    for (const [field, rule] of this.rulesOf(type)) {
      if (!Object.hasOwn(input, field)) continue;
      const value = (input as Record<string, unknown>)[field];
      dto[field] = rule.read ? rule.read(value) : value;
    }
    for (const { property, value } of validateSync(dto, { forbidUnknownValues: false })) {
      // Said anew, because in a list the sentence must name the whole way to the field.
      const field = path + property;
      const rule = this.ruleOf(type, property);
      problems.push({ field, message: (rule && problemWith(rule, value, field)) ?? `invalid ${field}` });
    }
    for (const [field, rule] of this.rulesOf(type)) {
      const { nested } = rule;
      const value = dto[field];
      if (!nested || value === undefined || problemWith(rule, value, field) !== undefined) continue;
      dto[field] = Array.isArray(value)
        ? value.map((item, i) => this.readItem(nested(), item, `${path}${field}[${i}]`, problems))
        : this.readItem(nested(), value, `${path}${field}`, problems);
    }
    return dto;
  }

  private readItem(type: Dto, item: unknown, path: string, problems: FieldProblem[]): object {
    if (typeof item === 'object' && item !== null && !Array.isArray(item))
      return this.read(type, item, `${path}.`, problems);
    problems.push({ field: path, message: `${path} must be an object` });
    return {};
  }

  /** An empty value counts as not given; a repeated one would leave open which is meant. */
  private readQuery(type: Dto, query: Record<string, unknown>, problems: FieldProblem[]): object {
    const given: Record<string, unknown> = {};
    for (const [field] of this.rulesOf(type)) {
      const value = Object.hasOwn(query, field) ? query[field] : undefined;
      if (Array.isArray(value)) problems.push({ field, message: `${field} must be given only once` });
      else if (typeof value === 'string' && value.trim() !== '') given[field] = value;
    }
    return given;
  }

  private ruleOf(type: Dto, field: string): FieldRule | undefined {
    return this.rulesOf(type).find(([name]) => name === field)?.[1];
  }

  private rulesOf(type: Dto): [string, FieldRule][] {
    let rules = this.rules.get(type);
    if (!rules) {
      const metadata = getMetadataStorage().getTargetValidationMetadatas(type, '', false, false);
      rules = metadata.flatMap(({ propertyName, constraints }) => {
        const [rule] = (constraints as (FieldRule | undefined)[] | undefined) ?? [];
        return rule && 'problem' in rule ? [[propertyName, rule]] : [];
      });
      this.rules.set(type, rules);
    }
    return rules;
  }
}
