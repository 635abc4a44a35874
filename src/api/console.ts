import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { docsPath } from './auth.ts';

/** Where the web console is: a folder with `index.html` and `assets/`, as its build makes it. */
export interface ConsoleFolder {
  readonly folder: string;
}

interface ConsoleFile {
  readonly content: Buffer;
  readonly type: string;
  readonly tag: string;
  /** Null where it would not be smaller. */
  readonly compressed: () => Promise<Buffer | null>;
}

/** By path, as it is asked for. */
type ConsoleFiles = ReadonlyMap<string, ConsoleFile>;

const page = '/index.html';

/**
 * Serves the web console, whose files are few and kept in memory. It answers only where the API has nothing: its pages have paths of
 * their own, all of which are `index.html`; a path that belongs to the API never becomes a page.
 */
export const serveConsole = (app: FastifyInstance, from: ConsoleFolder | null): void => {
  const files = from && readFiles(app, from.folder);
  app.addHook('onRequest', async (request, reply) => {
    if (!request.is404 || !['GET', 'HEAD'].includes(request.method)) return;
    const path = pathOf(request);
    const file = path === page ? undefined : files?.get(path);
    if (file) return sendFile(request, reply.headers(fileHeaders(path)), file);
    if (!isPage(request, path)) return;
    const html = files?.get(page);
    if (html) return sendFile(request, reply.headers(pageHeaders), html);
    return reply.code(404).headers(pageHeaders).type('text/plain; charset=utf-8').send(noConsole);
  });
};

/** Without them the API serves all the same. */
const readFiles = (app: FastifyInstance, folder: string): ConsoleFiles | null => {
  try {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const paths = entries.map(({ parentPath, name }) => join(parentPath, name));
    const files = new Map(
      paths.map((path) => [`/${relative(folder, path).split(sep).join('/')}`, readConsoleFile(path)]),
    );
    if (files.has(page)) return files;
    throw new Error(`there is no index.html in ${folder}`);
  } catch (error) {
    app.log.error({ err: error }, 'the web console cannot be served');
    return null;
  }
};

const readConsoleFile = (path: string): ConsoleFile => {
  const content = readFileSync(path);
  let compressed: Promise<Buffer | null> | null = null;
  return {
    content,
    type: types[extname(path)] ?? 'application/octet-stream',
    tag: createHash('sha256').update(content).digest('base64url').slice(0, 27),
    // Once, and not before it is asked for: the API is to answer soon after its start.
    compressed: () => (compressed ??= compress(content)),
  };
};

const compress = async (content: Buffer): Promise<Buffer | null> => {
  const compressed = await promisify(gzip)(content, { level: 9 });
  return compressed.length < content.length ? compressed : null;
};

const sendFile = async (request: FastifyRequest, reply: FastifyReply, file: ConsoleFile): Promise<FastifyReply> => {
  const takesGzip = /\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/.test(request.headers['accept-encoding'] ?? '');
  const compressed = takesGzip ? await file.compressed() : null;
  const tag = `"${file.tag}${compressed ? '-gzip' : ''}"`;
  void reply.headers({ etag: tag, vary: 'accept-encoding' });
  if (request.headers['if-none-match']?.split(',').some((each) => each.trim() === tag)) return reply.code(304).send();
  if (compressed) void reply.header('content-encoding', 'gzip');
  return reply.type(file.type).send(compressed ?? file.content);
};

/** What may be a page: what a browser is led to, outside of what the API has. */
const isPage = ({ method, headers }: FastifyRequest, path: string): boolean =>
  method === 'GET' && (headers.accept ?? '').includes('text/html') && !reserved.some((own) => isWithin(path, own));

const reserved: readonly string[] = [docsPath, '/v1', '/openapi.json', '/healthz', '/metrics', '/assets', '/graphql'];

const isWithin = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`);

const pathOf = ({ url }: FastifyRequest): string => url.split('?', 1)[0] ?? url;

/** The names of assets change with their content. */
const fileHeaders = (path: string) => ({
  'cache-control': isWithin(path, '/assets') ? 'public, max-age=31536000, immutable' : 'no-cache',
  'cross-origin-resource-policy': 'same-origin',
});

/** Nothing is loaded from elsewhere, no page of others shows this one, and no text becomes a script. */
const pageHeaders = {
  'cache-control': 'no-store',
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "font-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; '),
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'clipboard-write=(self), camera=(), geolocation=(), microphone=()',
} as const;

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
};

const noConsole = `This is the API of pgrow. It has no web console here.

./pgrow up builds the console and serves it at this address. If it could not be built, up says why.
The API is described at ${docsPath}, the command line by: ./pgrow help
`;
