// Pages that come when they are asked for.
import type { Component } from 'svelte';
import type { PageName } from '../lib/routes';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- each page has properties of its own
type Page = { default: Component<any> };

export const NAMED: Record<Exclude<PageName, 'home' | 'dashboard'>, () => Promise<Page>> = {
  area: () => import('./Area.svelte'),
  data: () => import('./Data.svelte'),
  changes: () => import('./Changes.svelte'),
  records: () => import('./Records.svelte'),
  record: () => import('./Record.svelte'),
  embed: () => import('./Embed.svelte'),
  api: () => import('./Api.svelte'),
  live: () => import('./Live.svelte'),
  feeds: () => import('./Feeds.svelte'),
  health: () => import('./FeedHealth.svelte'),
  liveEmbed: () => import('./LiveEmbed.svelte'),
  terms: () => import('./Terms.svelte'),
  missing: () => import('./Missing.svelte'),
};
