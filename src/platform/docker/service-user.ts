/** The service user of every image of a node, and its group. */
export const serviceId = 999;
