import { ArgumentMetadata, Injectable, PipeTransform } from '@nestjs/common';
import { getMetadataStorage } from 'class-validator';
import { FieldProblem, invalidInput } from '../errors/domain-error.js';
import { type Caller, callerOf } from '../http/caller.js';
import { actorOf } from './actor.js';
import { failingFields } from './failing-fields.js';
import { FieldRule, problemWith } from './fields.js';

type Dto = new () => object;

/** What reading a DTO goes by, apart from what is read. */
interface Reading {
  /** Stands before the names of its fields. */
  path: string;
  problems: FieldProblem[];
  caller: Caller;
}

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
    const dto = this.read(metatype, source, { path: '', problems, caller: callerOf(Object(input) as object) });
    if (problems.length > 0) throw invalidInput(problems);
    return dto;
  }

  private read(type: Dto, input: unknown, reading: Reading): object {
    const { path, problems, caller } = reading;
    const dto = new type() as Record<string, unknown>;
    if (typeof input !== 'object' || input === null || Array.isArray(input)) {
      const field = path || 'body';
      problems.push({ field, message: `${path || 'the body'} must be ${path ? 'an' : 'a JSON'} object` });
      return dto;
    }
    for (const [field, rule] of this.rulesOf(type)) {
      if (!Object.hasOwn(input, field) && !rule.isActor) continue;
      const given = Object.hasOwn(input, field) ? (input as Record<string, unknown>)[field] : undefined;
      const value = rule.read ? rule.read(given) : given;
      dto[field] = rule.isActor ? actorOf(caller, value, path + field) : value;
    }
    for (const { property, value } of failingFields(dto)) {
      // Said anew, because in a list the sentence must name the whole way to the field.
      const field = path + property;
      const rule = this.ruleOf(type, property);
      problems.push({ field, message: (rule && problemWith(rule, value, field)) ?? `invalid ${field}` });
    }
    for (const [field, rule] of this.rulesOf(type)) {
      const { nested } = rule;
      const value = dto[field];
      if (!nested || value === undefined || problemWith(rule, value, field) !== undefined) continue;
      const inside = { problems, caller: this.speakerOf(type, dto, caller) };
      dto[field] = Array.isArray(value)
        ? value.map((item, i) => this.readItem(nested(), item, { ...inside, path: `${path}${field}[${i}]` }))
        : this.readItem(nested(), value, { ...inside, path: `${path}${field}` });
    }
    return dto;
  }

  private readItem(type: Dto, item: unknown, reading: Reading): object {
    const { path, problems } = reading;
    if (typeof item === 'object' && item !== null && !Array.isArray(item))
      return this.read(type, item, { ...reading, path: `${path}.` });
    problems.push({ field: path, message: `${path} must be an object` });
    return {};
  }

  /** Whoever acts in all also acts in what is part of it. */
  private speakerOf(type: Dto, dto: Record<string, unknown>, caller: Caller): Caller {
    const [field] = this.rulesOf(type).find(([, { isActor }]) => isActor) ?? [];
    const name = field === undefined ? undefined : dto[field];
    return typeof name === 'string' ? { ...caller, name } : caller;
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
