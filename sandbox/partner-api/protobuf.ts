/** A field's value: a number goes as varint, text and bytes with their length. */
type FieldValue = number | bigint | string | Uint8Array;

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = value;
  // Seven bits a byte; the largest value here has 64 of them.
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}

function encodeField(number: number, value: FieldValue): Buffer {
  if (typeof value === 'number' || typeof value === 'bigint') {
    return Buffer.concat([varint(BigInt(number) << 3n), varint(BigInt(value))]);
  }
  const bytes = typeof value === 'string' ? Buffer.from(value) : value;
  return Buffer.concat([varint((BigInt(number) << 3n) | 2n), varint(BigInt(bytes.length)), bytes]);
}

/** A protocol-buffer message of these fields in their order: what Signing Agents are given to sign (10.4, 10.5). */
export function protobufMessage(fields: readonly (readonly [number: number, value: FieldValue])[]): Buffer {
  return Buffer.concat(fields.map(([number, value]) => encodeField(number, value)));
}
