import { servicesPath, type ApiClient } from './api-client.ts';

/** Names of the databases of the project, of the first page of them. */
export const readDatabaseNames = async (connect: () => Pick<ApiClient, 'get'>): Promise<string[]> => {
  const { services } = await connect().get<{ services: readonly { readonly name: string }[] }>(servicesPath());
  return services.map(({ name }) => name);
};
