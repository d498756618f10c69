// Light, dark, or as the system says. The choice is kept on this device; src/start.js applies it before the first paint.

export type Theme = 'system' | 'light' | 'dark';

const dark = window.matchMedia('(prefers-color-scheme: dark)');

class ThemeState {
  choice = $state<Theme>((document.documentElement.dataset.theme as Theme | undefined) ?? 'system');
  #system = $state(dark.matches);

  constructor() {
    dark.addEventListener('change', () => (this.#system = dark.matches));
  }

  get isDark(): boolean {
    return this.choice === 'system' ? this.#system : this.choice === 'dark';
  }

  choose(theme: Theme): void {
    this.choice = theme;
    if (theme === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    try {
      if (theme === 'system') localStorage.removeItem('theme');
      else localStorage.setItem('theme', theme);
    } catch {
      // Storage is closed: the choice holds for this page.
    }
  }
}

export const theme = new ThemeState();
export const calm = (): boolean => window.matchMedia('(prefers-reduced-motion: reduce)').matches;
