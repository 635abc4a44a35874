/** Of a log, however long, what fits. */
export interface LastLines {
  readonly push: (chunk: Buffer) => void;
  readonly text: () => string;
}

export const usualMostBytes = 1024 * 1024;

/** Keeps the last `mostBytes` bytes: whole lines, after one that says that others were left out. */
export const lastLines = (mostBytes: number): LastLines => {
  let kept: Buffer[] = [];
  let keptBytes = 0;
  let isCut = false;
  return {
    push(chunk) {
      kept.push(chunk);
      keptBytes += chunk.length;
      // Not at every chunk: they may be small.
      if (keptBytes > 2 * mostBytes) shorten();
    },
    text() {
      if (keptBytes > mostBytes) shorten();
      const text = Buffer.concat(kept).toString();
      return isCut ? `[only the last ${mostBytes} bytes are shown]\n${text.slice(text.indexOf('\n') + 1)}` : text;
    },
  };

  function shorten(): void {
    kept = [Buffer.from(Buffer.concat(kept).subarray(-mostBytes))];
    keptBytes = mostBytes;
    isCut = true;
  }
};
