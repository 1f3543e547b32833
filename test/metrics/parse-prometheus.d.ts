declare module 'parse-prometheus-text-format' {
  interface Metric {
    readonly labels?: Record<string, string>
    readonly value?: string
    readonly count?: string
  }
  export default function parse(text: string): { readonly name: string; readonly metrics: readonly Metric[] }[]
}
