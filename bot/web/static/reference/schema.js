// A JSON schema in few words: `{name: text ≤ 80, "age"?: whole number}` instead of a page of JSON.

/** The shape as lines of text, as deep as it goes. */
export function shapeOf(schema, indent = "") {
  if (schema === true || schema === undefined || !Object.keys(schema).length) return "anything";
  if (schema.$ref) return schema.$ref.split("/").at(-1);
  if ("const" in schema) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((one) => JSON.stringify(one)).join(" | ");
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return choices.map((one) => shapeOf(one, indent)).join(" | ");
  if (Array.isArray(schema.type)) return schema.type.map((type) => shapeOf({ ...schema, type }, indent)).join(" | ");
  if (schema.type === "array") return `[${shapeOf(schema.items, indent)}, …]`;
  if (schema.type === "object" || schema.properties) return objectOf(schema, indent);
  return simple(schema);
}

function objectOf(schema, indent) {
  const entries = Object.entries(schema.properties ?? {});
  const inner = `${indent}  `;
  const required = new Set(schema.required ?? []);
  const lines = entries.map(([name, one]) => `${inner}${name}${required.has(name) ? "" : "?"}: ${shapeOf(one, inner)}`);
  if (typeof schema.additionalProperties === "object") lines.push(`${inner}<name>: ${shapeOf(schema.additionalProperties, inner)}`);
  return lines.length ? `{\n${lines.join("\n")}\n${indent}}` : "object";
}

function simple({ type, minLength, maxLength, minimum, maximum, pattern, format }) {
  const least = minLength ?? minimum;
  const most = maxLength ?? maximum;
  const limits = [least === undefined ? "" : `≥ ${least}`, most === undefined ? "" : `≤ ${most}`, pattern ? `like ${pattern}` : "", format ?? ""];
  return [type, ...limits].filter(Boolean).join(" ");
}
