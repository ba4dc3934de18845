/** The few of Python's conversions and exceptions that show in ComfyUI's answers. */
import { Float, formatFloat, type Parsed } from "./json";

/** An exception ComfyUI would have raised; `type` is the Python class's name. */
export class PythonError extends Error {
  constructor(
    readonly type: string,
    message: string,
  ) {
    super(message);
  }
}

/** `type(value).__name__` */
export function typeName(value: Parsed): string {
  if (value === null) return "NoneType";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "bigint") return "int";
  if (typeof value === "string") return "str";
  if (value instanceof Float) return "float";
  return Array.isArray(value) ? "list" : "dict";
}

function reprFloat(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  return formatFloat(value);
}

function reprString(text: string): string {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text
    .replace(/\\/g, "\\\\")
    .replace(/\n/g, "\\n")
    .replace(/\r/g, "\\r")
    .replace(/\t/g, "\\t")
    .replace(new RegExp(mark, "g"), `\\${mark}`);
  return `${mark}${escaped}${mark}`;
}

/** `repr(value)` */
export function repr(value: Parsed | readonly string[]): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "bigint") return String(value);
  if (typeof value === "string") return reprString(value);
  if (value instanceof Float) return reprFloat(value.value);
  if (Array.isArray(value)) return `[${value.map((item: Parsed) => repr(item)).join(", ")}]`;
  return `{${[...(value as Map<string, Parsed>)].map(([key, item]) => `${reprString(key)}: ${repr(item)}`).join(", ")}}`;
}

/** `str(value)` */
export function str(value: Parsed): string {
  return typeof value === "string" ? value : repr(value);
}

/** `bool(value)` */
export function bool(value: Parsed): boolean {
  if (value === null) return false;
  if (value instanceof Float) return value.value !== 0;
  if (Array.isArray(value)) return value.length > 0;
  if (value instanceof Map) return value.size > 0;
  return Boolean(value);
}

/** `int(value)`; throws the PythonError that Python raises. */
export function int(value: Parsed): bigint {
  if (typeof value === "bigint") return value;
  if (typeof value === "boolean") return value ? 1n : 0n;
  if (value instanceof Float) {
    if (Number.isNaN(value.value)) throw new PythonError("ValueError", "cannot convert float NaN to integer");
    if (!Number.isFinite(value.value)) {
      throw new PythonError("OverflowError", "cannot convert float infinity to integer");
    }
    return BigInt(Math.trunc(value.value));
  }
  if (typeof value === "string") {
    const digits = /^\s*([-+]?)(\d+(?:_\d+)*)\s*$/.exec(value);
    if (!digits) {
      throw new PythonError("ValueError", `invalid literal for int() with base 10: ${repr(value)}`);
    }
    const magnitude = BigInt((digits[2] as string).replace(/_/g, ""));
    return digits[1] === "-" ? -magnitude : magnitude;
  }
  throw new PythonError(
    "TypeError",
    `int() argument must be a string, a bytes-like object or a real number, not '${typeName(value)}'`,
  );
}

/** `float(value)`; throws the PythonError that Python raises. */
export function float(value: Parsed): Float {
  if (value instanceof Float) return value;
  if (typeof value === "boolean") return new Float(value ? 1 : 0);
  if (typeof value === "bigint") {
    const converted = Number(value);
    if (!Number.isFinite(converted))
      throw new PythonError("OverflowError", "int too large to convert to float");
    return new Float(converted);
  }
  if (typeof value === "string") {
    const text = value.trim().replace(/(?<=\d)_(?=\d)/g, "");
    if (/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text)) return new Float(Number(text));
    const special = /^([-+]?)(nan|inf|infinity)$/i.exec(text);
    if (!special) throw new PythonError("ValueError", `could not convert string to float: ${repr(value)}`);
    if (special[2]?.toLowerCase() === "nan") return new Float(Number.NaN);
    return new Float(special[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY);
  }
  throw new PythonError(
    "TypeError",
    `float() argument must be a string or a real number, not '${typeName(value)}'`,
  );
}
