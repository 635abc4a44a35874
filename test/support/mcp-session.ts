import { ok } from 'node:assert/strict';
import type { McpClient, ToolAnswer } from './mcp-client.ts';

/** What an agent calls and what it is answered, as a page of the documentation. */
export const recordSession = ({ call }: McpClient) => {
  const parts: string[] = [];
  const ids = new Map<string, string>();
  // Ids, moments and durations differ each time.
  const lasting = (text: string): string =>
    text
      .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (id) => {
        if (!ids.has(id)) ids.set(id, `${String(ids.size + 1).repeat(8)}-0000-4000-8000-000000000000`);
        return ids.get(id)!;
      })
      .replaceAll(/\b[0-9a-f]{64}\b/g, (digest) => `${digest.slice(0, 8)}…`)
      .replaceAll(/\bdone in [\d.]+ m?s\b/g, 'done in 2.1 s')
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '2026-11-29T12:00:00.000Z');
  return {
    async call(name: string, args: object): Promise<ToolAnswer> {
      const answer = await call(name, args);
      const said = answer.texts.filter((text) => answer.isError || !text.startsWith('{'));
      ok(said.length > 0, `${name} says nothing for people`);
      parts.push(
        `## \`${name}\`${answer.isError ? ', refused' : ''}`,
        fenced('json', lasting(JSON.stringify(args))),
        ...said.map((text) => (text.startsWith('{') ? fenced('json', lasting(text)) : fenced('text', lasting(text)))),
      );
      return answer;
    },
    page: (title: string, introduction: string): string => `${[`# ${title}`, introduction, ...parts].join('\n\n')}\n`,
  };
};

const fenced = (language: string, text: string): string => `\`\`\`${language}\n${text.trim()}\n\`\`\``;
