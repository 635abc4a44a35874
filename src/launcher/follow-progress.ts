import type Docker from 'dockerode';

/** What pgrow uses of a line (Engine API, `ImageBuild`, `ImageCreate`, `ImageLoad`). */
export interface ProgressEvent {
  readonly stream?: string;
  readonly errorDetail?: { readonly message?: string };
  /** Not sent by engines from 29 on. */
  readonly error?: string;
}

/**
 * To the end of what the engine says of a build, a pull or an import. It says a failure among the rest, and then ends as if
 * all were well.
 * @throws Error with the engine's reason
 */
export const followProgress = async (
  docker: Pick<Docker, 'modem'>,
  output: NodeJS.ReadableStream,
  onEvent: (event: ProgressEvent) => void = () => undefined,
): Promise<void> => {
  let failure: string | undefined;
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(
      output,
      (error) => (error ? reject(error) : resolve()),
      (event: ProgressEvent) => {
        failure ??= failureIn(event);
        onEvent(event);
      },
    );
  });
  if (failure !== undefined) throw new Error(failure);
};

export const failureIn = ({ errorDetail, error }: ProgressEvent): string | undefined => errorDetail?.message ?? error;
