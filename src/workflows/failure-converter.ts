import { DefaultFailureConverter } from '@temporalio/common';

type ToFailure = DefaultFailureConverter['errorToFailure'];

/** Histories are read by whoever may see an operation: a stack would tell them the paths of the machine. Logs keep it. */
class StacklessFailureConverter extends DefaultFailureConverter {
  override errorToFailure(...[error, converter, context]: Parameters<ToFailure>): ReturnType<ToFailure> {
    return { ...super.errorToFailure(error, converter, context), stackTrace: '' };
  }
}

/** Named as Temporal looks for it. */
export const failureConverter = new StacklessFailureConverter();
