import type { FastifyInstance } from 'fastify';
import type { Finding } from '../../domain/finding.ts';
import { allProjects } from '../../domain/tokens.ts';
import { askedBy } from '../audit.ts';
import { requireAllProjects } from '../auth.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { findingsAnswer, removalAnswer } from '../documents/control-plane.ts';

/** What is left over in the whole control plane, of any project: so it needs a token for all projects. */
export const doctorRoutes = (app: FastifyInstance, { doctor, store }: ApiDependencies): void => {
  app.get(
    '/v1/doctor',
    {
      config: { role: 'operator', answers: { 200: findingsAnswer } },
      schema: { tags: ['control plane'], summary: 'Find leftovers, and nodes that are missing or were changed' },
    },
    async (request) => {
      requireAllProjects(request);
      return { findings: await doctor.examine() };
    },
  );

  app.post(
    '/v1/doctor/removal',
    {
      config: { role: 'admin', answers: { 200: removalAnswer } },
      schema: { tags: ['control plane'], summary: 'Remove leftovers' },
    },
    async (request) => {
      requireAllProjects(request);
      const entry = { ...askedBy(request), project: allProjects, service_id: null };
      const names = (list: readonly Finding[]) => list.map(({ kind, name }) => `${kind} ${name}`);
      const found = names((await doctor.examine()).filter(({ removable }) => removable));
      await store.recordAudit({ ...entry, action: 'doctor_removal', details: { found } });
      const { removed, failed } = await doctor.remove();
      const details = { removed: names(removed), failed: failed.map(({ what }) => what) };
      await store.recordAudit({ ...entry, action: 'doctor_removed', details });
      return { removed, failed, findings: await doctor.examine() };
    },
  );
};
