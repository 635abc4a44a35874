import { createHash } from 'node:crypto';

/** Id of a node's row in `services`: UUID version 5 (RFC 9562) of its name in the namespace of its database's id. */
export const nodeServiceId = (serviceId: string, node: string): string => {
  const hash = createHash('sha1')
    .update(Buffer.from(serviceId.replaceAll('-', ''), 'hex'))
    .update(node)
    .digest();
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x50, 6);
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
  return hash.toString('hex', 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
};

export const isUuid = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
