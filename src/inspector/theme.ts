import { signal } from '@preact/signals'

const KEPT_AS = 'mockling-theme'
const THEMES = ['auto', 'light', 'dark'] as const

type Theme = (typeof THEMES)[number]

/** `auto` goes by the system. */
export const theme = signal(kept())

function kept(): Theme {
  const text = localStorage.getItem(KEPT_AS)
  return THEMES.find(name => name === text) ?? 'auto'
}

export function applyTheme(): void {
  document.documentElement.dataset['theme'] = theme.value
}

export function nextTheme(): void {
  theme.value = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length] ?? 'auto'
  localStorage.setItem(KEPT_AS, theme.value)
  applyTheme()
}
