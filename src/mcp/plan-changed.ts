import { PgrowError } from '../domain/errors.ts';

/** The refusal of a plan that is no longer the present one, with the plan as it is now. */
export class PlanChanged extends PgrowError {
  /** For people; null if the change cannot be planned any more. */
  readonly present: string | null;

  constructor({ message, problems }: PgrowError, present: string | null) {
    super('plan_changed', message, { problems });
    this.present = present;
  }
}
