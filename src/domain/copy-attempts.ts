/** For one node. A copy that failed twice fails a third time, so the node is rebuilt with a fresh volume instead. */
export const copiesAtMost = 2;

/**
 * Patroni copies its leader again and again, forever where the disk is too small: every copy would pass for progress.
 * Called at every look with whether one is under way.
 * @returns whether more of them have begun than are allowed
 */
export const countCopies = (): ((underWay: boolean) => boolean) => {
  let begun = 0;
  let before = false;
  return (underWay) => {
    if (underWay && !before) begun += 1;
    before = underWay;
    return begun > copiesAtMost;
  };
};
