import { DefaultFailureConverter } from '@temporalio/common';

type ToFailure = DefaultFailureConverter['errorToFailure'];

/** Everyone who may see an operation reads histories: a stack would show the paths of the machine. Logs keep it. */
class StacklessFailureConverter extends DefaultFailureConverter {
  override errorToFailure(...[error, converter, context]: Parameters<ToFailure>): ReturnType<ToFailure> {
    return { ...super.errorToFailure(error, converter, context), stackTrace: '' };
  }
}

/** Named as Temporal looks for it. */
export const failureConverter = new StacklessFailureConverter();
