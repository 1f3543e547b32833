import type { Image } from '../test/packaging/container.ts'

/** Builds the image without a Docker engine. `log`: where what the steps print goes. */
export function buildImage(options?: { log?: 'inherit' | 'ignore' }): Image & { remove(): void }
