declare module 'parse-prometheus-text-format' {
  interface Metric {
    readonly labels?: Record<string, string>
    readonly value?: string
    readonly count?: string
  }
  interface Family {
    readonly name: string
    readonly type: string
    readonly help: string
    readonly metrics: readonly Metric[]
  }
  export default function parse(text: string): Family[]
}
