/** Where the two outputs of a process go. */
export interface Outputs {
  readonly stdout: (chunk: Buffer) => void;
  readonly stderr: (chunk: Buffer) => void;
}

/** Bytes: kind of stream, three zeros, length of what follows (Engine API, "Stream format" of attach). */
const headerBytes = 8;

/** Takes the engine's one stream apart, cut anywhere, into the two that the process wrote. */
export const demultiplexer = ({ stdout, stderr }: Outputs): ((chunk: Buffer) => void) => {
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  let neededBytes = headerBytes;

  return (chunk) => {
    pending.push(chunk);
    pendingBytes += chunk.length;
    while (pendingBytes >= neededBytes) {
      const buffer = pending.length === 1 ? (pending[0] as Buffer) : Buffer.concat(pending);
      const frameBytes = headerBytes + buffer.readUInt32BE(4);
      if (buffer.length >= frameBytes) {
        (buffer[0] === 2 ? stderr : stdout)(buffer.subarray(headerBytes, frameBytes));
        pending = [buffer.subarray(frameBytes)];
        neededBytes = headerBytes;
      } else {
        pending = [buffer];
        neededBytes = frameBytes;
      }
      pendingBytes = pending[0]?.length ?? 0;
    }
  };
};
