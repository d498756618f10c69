// The address bar as state. Links stay links: a plain click on a page of ours changes the state without loading anew.

import { pageOf } from './routes';

class Router {
  url = $state.raw(new URL(window.location.href));
  /** Rises with every change of page (not of filters): the new page's title takes the focus. */
  pages = $state(0);

  constructor() {
    window.addEventListener('popstate', () => this.#moved());
    document.addEventListener('click', (event) => this.#clicked(event));
  }

  get path(): string {
    return this.url.pathname;
  }
  get params(): URLSearchParams {
    return this.url.searchParams;
  }

  go(href: string, how: { replace?: boolean } = {}): void {
    const next = new URL(href, this.url);
    if (next.href === this.url.href) return;
    if (how.replace) history.replaceState(null, '', next);
    else history.pushState(null, '', next);
    this.#moved();
  }

  #moved(): void {
    const before = this.url;
    this.url = new URL(window.location.href);
    if (pageOf(before.pathname) !== pageOf(this.url.pathname)) this.pages += 1;
  }

  #clicked(event: MouseEvent): void {
    if (
      event.defaultPrevented ||
      event.button !== 0 ||
      event.metaKey ||
      event.ctrlKey ||
      event.shiftKey ||
      event.altKey
    )
      return;
    const link = (event.target as Element | null)?.closest('a');
    if (!link || link.target || link.hasAttribute('download')) return;
    if (this.path.startsWith('/embed/')) {
      // Inside somebody else's page a link opens a page of its own.
      link.target = '_blank';
      link.rel = 'noopener';
      return;
    }
    const next = new URL(link.href, this.url);
    if (next.origin !== this.url.origin || next.pathname.startsWith('/api/') || next.pathname.endsWith('.json')) return;
    if (next.hash && next.pathname === this.url.pathname && next.search === this.url.search) return;
    event.preventDefault();
    const elsewhere = next.pathname !== this.url.pathname;
    this.go(next.href);
    if (next.hash) requestAnimationFrame(() => document.getElementById(next.hash.slice(1))?.scrollIntoView());
    else if (elsewhere) window.scrollTo(0, 0);
  }
}

export const router = new Router();
