type Steps = (string | number)[];

/** Stands where a value is to come that only JSON text can hold. */
const PLACE = '\u0000place\u0000';
const ROOT: Steps = [];

/** The JSON text of a body in which the value at some place, counted round its fields, is another. */
export function replaced(body: unknown, place: number, json: string): string {
  const places = [ROOT, ...stepsTo(body)];
  const steps = places[place % places.length] ?? ROOT;
  const text = JSON.stringify(change(body, steps, () => PLACE));
  return text.replace(JSON.stringify(PLACE), () => json);
}

/** The body without one of its fields. */
export function without(body: unknown, place: number): string {
  const places = stepsTo(body);
  const steps = places[place % places.length];
  return JSON.stringify(steps ? change(body, steps, () => undefined) : body);
}

/** The body with one more field in one of its objects. */
export function extended(body: unknown, place: number, name: string, json: string): string {
  const places = [ROOT, ...stepsTo(body)].filter((steps) => isObject(at(body, steps)));
  const steps = places[place % places.length];
  if (!steps) return JSON.stringify(body);
  const text = JSON.stringify(change(body, steps, (value) => ({ [PLACE]: PLACE, ...(value as object) })));
  return text.replace(`${JSON.stringify(PLACE)}:${JSON.stringify(PLACE)}`, () => `${JSON.stringify(name)}:${json}`);
}

function stepsTo(value: unknown, before: Steps = []): Steps[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const steps = [...before, Array.isArray(value) ? Number(key) : key];
    return [steps, ...stepsTo(inner, steps)];
  });
}

function at(value: unknown, [step, ...rest]: Steps): unknown {
  return step === undefined ? value : at((value as Record<string | number, unknown>)[step], rest);
}

function change(value: unknown, [step, ...rest]: Steps, to: (value: unknown) => unknown): unknown {
  if (step === undefined) return to(value);
  if (Array.isArray(value)) return value.map((item, i) => (i === step ? change(item, rest, to) : (item as unknown)));
  return Object.fromEntries(
    Object.entries(value as object).map(([key, inner]) => [
      key,
      key === step ? change(inner, rest, to) : (inner as unknown),
    ]),
  );
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
