// The feeds with how they are doing, asked for again while somebody looks, so that ages stay true.
import { onDestroy } from 'svelte';
import { Resource } from '../lib/resource.svelte';
import type { Feeds } from './types';

const EVERY = 30_000;

export class FeedList {
  feeds = new Resource<Feeds>(() => '/api/v1/feeds');
  now = $state(Date.now());

  constructor() {
    const timer = window.setInterval(() => {
      this.now = Date.now();
      if (!document.hidden) this.feeds.retry();
    }, EVERY);
    onDestroy(() => clearInterval(timer));
  }
}
