import type { ComponentType } from 'preact'
import { TasksView } from './views/tasks/tasks.tsx'

/** One part of the page. */
export interface View {
  /** As it stands in the address. */
  readonly name: string
  readonly title: string
  readonly Show: ComponentType
}

/** In the order in which they are offered; the first is shown unless another is asked for. */
export const VIEWS: readonly View[] = [{ name: 'tasks', title: 'Tasks', Show: TasksView }]
