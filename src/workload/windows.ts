/** What happened between two marks, over all clients. */
export interface WindowReport {
  readonly label: string;
  readonly duration_ms: number;
  readonly acknowledged: number;
  readonly failed: number;
  /**
   * Longest time without any acknowledgement. A gap counts whole in the window in which it ends, and as long as it had
   * lasted in a window that ends meanwhile.
   */
  readonly longest_stall_ms: number;
}

export interface Windows {
  acknowledged(): void;
  failed(): void;
  /** Ends the present window and begins one; returns the report of the one that ended. */
  readonly mark: (label: string) => WindowReport;
  /** The present window so far. */
  readonly present: () => WindowReport;
  /** From here on only what is in flight is still counted; the silence that follows is no stall. */
  end(): void;
  /** All windows, the present one last. */
  all(): readonly WindowReport[];
}

interface OpenWindow {
  readonly label: string;
  readonly startedAt: number;
  acknowledged: number;
  failed: number;
  longestGap: number;
}

/** `now` in milliseconds, monotonic. */
export const createWindows = (firstLabel: string, now: () => number): Windows => {
  const closed: WindowReport[] = [];
  const open = (label: string): OpenWindow => ({ label, startedAt: now(), acknowledged: 0, failed: 0, longestGap: 0 });
  let window = open(firstLabel);
  let lastAcknowledgedAt = now();
  let endedAt: number | null = null;

  const present = (): WindowReport => ({
    label: window.label,
    duration_ms: roundMs((endedAt ?? now()) - window.startedAt),
    acknowledged: window.acknowledged,
    failed: window.failed,
    longest_stall_ms: roundMs(Math.max(window.longestGap, (endedAt ?? now()) - lastAcknowledgedAt)),
  });

  return {
    acknowledged: () => {
      const at = now();
      window.acknowledged += 1;
      window.longestGap = Math.max(window.longestGap, at - lastAcknowledgedAt);
      lastAcknowledgedAt = at;
    },
    failed: () => {
      window.failed += 1;
    },
    mark: (label) => {
      const ended = present();
      closed.push(ended);
      window = open(label);
      return ended;
    },
    present,
    end: () => {
      endedAt ??= now();
    },
    all: () => [...closed, present()],
  };
};

/** Tenths of a millisecond are the resolution of what is measured here. */
export const roundMs = (milliseconds: number): number => Math.round(milliseconds * 10) / 10;
