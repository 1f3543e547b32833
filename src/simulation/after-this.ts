/** Calls `wake` when what is being done now is done, unless it is called off. */
export function afterThis(wake: () => void): () => void {
  let isOff = false
  queueMicrotask(() => {
    if (!isOff) wake()
  })
  return () => {
    isOff = true
  }
}
