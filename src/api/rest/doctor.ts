import type { FastifyInstance } from 'fastify';
import { callerOf, requireAllProjects } from '../auth.ts';
import type { ApiDependencies } from '../dependencies.ts';

/** What is left over in the whole control plane, of any project: so it needs a token for all projects. */
export const doctorRoutes = (app: FastifyInstance, { doctor, store }: ApiDependencies): void => {
  app.get(
    '/v1/doctor',
    {
      config: { role: 'operator' },
      schema: { tags: ['control plane'], summary: 'Find leftovers, and nodes that are missing or were changed' },
    },
    async (request) => {
      requireAllProjects(request);
      return { findings: await doctor.examine() };
    },
  );

  app.post(
    '/v1/doctor/removal',
    { config: { role: 'admin' }, schema: { tags: ['control plane'], summary: 'Remove leftovers' } },
    async (request) => {
      requireAllProjects(request);
      const { removed, failed } = await doctor.remove();
      await store.recordAudit({
        actor: callerOf(request).actor,
        project: '*',
        service_id: null,
        action: 'doctor_removal',
        details: {
          removed: removed.map(({ kind, name }) => `${kind} ${name}`),
          failed: failed.map(({ what }) => what),
        },
      });
      return { removed, failed, findings: await doctor.examine() };
    },
  );
};
