import { Component, type ReactNode } from 'react';
import { Button } from '../parts/button.tsx';
import { Notice } from '../parts/notice.tsx';

/** A part that an update of pgrow has replaced cannot be fetched any more. */
const isReplaced = (error: unknown): boolean =>
  error instanceof Error && /dynamically imported module|importing a module|preload/i.test(error.message);

interface Props {
  /** The path of the page. */
  readonly at: string;
  readonly children: ReactNode;
}

interface State {
  readonly error: unknown;
  readonly at: string | null;
}

/** A page that cannot be drawn says so in its own place; all around it stays. */
export class FaultBoundary extends Component<Props, State> {
  override state: State = { error: null, at: null };

  static getDerivedStateFromError(error: unknown): Partial<State> {
    return { error };
  }

  /** Another page is drawn again. */
  static getDerivedStateFromProps({ at }: Props, state: State): State | null {
    return at === state.at ? null : { at, error: null };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return (
      <div role="alert">
        <Notice tone="bad">
          <p>
            {isReplaced(error)
              ? 'pgrow was updated. Load this page again.'
              : 'This page cannot be shown: something is wrong in the console. Load it again.'}
          </p>
          <Button onClick={() => location.reload()}>Load again</Button>
        </Notice>
      </div>
    );
  }
}
