import './style/tokens.css';
import './style/base.css';
import { CSPProvider } from '@base-ui/react/csp-provider';
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { createQueryClient } from './data/queries.ts';
import { applyMessage } from './data/stream/apply.ts';
import { askAgainWhenLive } from './data/stream/ask-again.ts';
import { createStream } from './data/stream/stream.ts';
import { browserSurroundings } from './data/stream/surroundings.ts';
import { StreamContext } from './data/stream/use-topic.ts';
import { ToastArea } from './parts/toasts.tsx';
import { ScrollMemory } from './shell/scroll-memory.ts';
import { reloadOnceAfterUpdate } from './shell/update.ts';

reloadOnceAfterUpdate();
const cache = createQueryClient();
const stream = createStream(browserSurroundings());
stream.onMessage((message) => applyMessage(cache, message));
askAgainWhenLive(cache, stream);

createRoot(document.querySelector('#root')!).render(
  <StrictMode>
    <CSPProvider disableStyleElements>
      <QueryClientProvider client={cache}>
        <StreamContext value={stream}>
          <ToastArea>
            <App />
            <ScrollMemory />
          </ToastArea>
        </StreamContext>
      </QueryClientProvider>
    </CSPProvider>
  </StrictMode>,
);
