import { randomBytes } from 'node:crypto'
import { AbstractStartedContainer, GenericContainer, type StartedTestContainer, Wait } from 'testcontainers'
import { type ConfigInput, envOf, fromCode, readConfig } from '../config.ts'
import { connect, type Mockling } from './connect.ts'

/** Where the image listens. */
const PORT = 4180

/** Where the tokens lie that `withTokens` names. */
const TOKENS_FILE = '/etc/mockling/tokens'

/** Settings of a container. Names of files are those inside of it; host and port are the image's affair. */
export type ContainerSettings = Omit<ConfigInput, 'host' | 'port' | 'controlKey'>

/**
 * A simulator in a container of its own, for Testcontainers. It has a control key of its own, made up here, and is ready when
 * `/health` answers.
 *
 * @example
 * await using container = await new MocklingContainer('mockling').withSettings({ clock: 'auto-skip', pace: 'real' }).start()
 * await container.connect().outcomes.add('fail api_error', { next: 1 })
 * await myApp({ baseUrl: container.getBaseUrl() }).makeVideo('a white mug')
 */
export class MocklingContainer extends GenericContainer {
  readonly #controlKey = randomBytes(12).toString('base64url')

  /** @param image name and tag; best a fixed one, so that tests run the same tomorrow */
  constructor(image: string) {
    super(image)
    this.withExposedPorts(PORT)
    this.withEnvironment({ MOCKLING_CONTROL_KEY: this.#controlKey })
    this.withWaitStrategy(Wait.forHttp('/health', PORT).forStatusCode(200))
  }

  /**
   * Settings as `createSimulator` takes them. Those of an earlier call stay unless they are named again.
   * @throws ConfigError naming each that is unknown or has a value that is not allowed
   */
  withSettings(settings: ContainerSettings): this {
    readConfig(fromCode(settings))
    const given = Object.entries(settings).filter(([, value]) => value !== undefined)
    return this.withEnvironment(Object.fromEntries(given.map(([name, value]) => [envOf(name), asText(value)])))
  }

  /** Which dated reading of the contract it imitates. Default that of the image. */
  withRevision(revision: NonNullable<ContainerSettings['revision']>): this {
    return this.withSettings({ revision })
  }

  /** How long tasks take. */
  withPace(pace: NonNullable<ContainerSettings['pace']>): this {
    return this.withSettings({ pace })
  }

  /** Same seed and calls, same ids, timings and bytes. */
  withSeed(seed: number): this {
    return this.withSettings({ seed })
  }

  /** How time runs. */
  withClock(clock: NonNullable<ContainerSettings['clock']>): this {
    return this.withSettings({ clock })
  }

  /** Only these bearer tokens work. Default: any does. */
  withTokens(...tokens: readonly string[]): this {
    this.withCopyContentToContainer([{ content: `${tokens.join('\n')}\n`, target: TOKENS_FILE, mode: 0o444 }])
    return this.withSettings({ tokens: TOKENS_FILE })
  }

  override async start(): Promise<StartedMocklingContainer> {
    return new StartedMocklingContainer(await super.start(), this.#controlKey)
  }
}

/** A container that runs. */
export class StartedMocklingContainer extends AbstractStartedContainer {
  readonly #controlKey: string

  constructor(started: StartedTestContainer, controlKey: string) {
    super(started)
    this.#controlKey = controlKey
  }

  /** Base URL for clients on this machine, in place of `https://api.acedata.cloud`. No slash at the end. */
  getBaseUrl(): string {
    return `http://${this.getHost()}:${this.getMappedPort(PORT)}`
  }

  /** Base URL for containers of the same network that know this one by `alias`. */
  getNetworkUrl(alias: string): string {
    return `http://${alias}:${PORT}`
  }

  /** Key of the control door, which is asked for in a container. */
  getControlKey(): string {
    return this.#controlKey
  }

  /** Its control door: for all tokens or, given one, for that alone. */
  connect(token?: string): Mockling {
    const mockling = connect({ url: this.getBaseUrl(), controlKey: this.#controlKey })
    return token === undefined ? mockling : mockling.as(token)
  }
}

/** As variables of the environment hold it: lists with commas, and a clip for each outcome as `OUTCOME=FILE`. */
function asText(value: unknown): string {
  if (Array.isArray(value)) return value.join(',')
  if (typeof value !== 'object' || value === null) return String(value)
  return Object.entries(value)
    .map(([name, file]) => `${name}=${file}`)
    .join(',')
}
