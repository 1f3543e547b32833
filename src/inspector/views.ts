import type { ComponentType } from 'preact'
import { CallbacksView } from './views/callbacks/callbacks.tsx'
import { InboxView } from './views/callbacks/inbox.tsx'
import { FaultsView } from './views/faults/faults.tsx'
import { MatrixView } from './views/matrix/matrix.tsx'
import { MoneyView } from './views/money/money.tsx'
import { RequestsView } from './views/requests/requests.tsx'
import { TasksView } from './views/tasks/tasks.tsx'
import { TimeView } from './views/time/time.tsx'
import { VerifyView } from './views/verify/verify.tsx'

/** One part of the page. */
export interface View {
  /** As it stands in the address. */
  readonly name: string
  readonly title: string
  readonly Show: ComponentType
}

/** In the order in which they are offered; the first is shown unless another is asked for. */
export const VIEWS: readonly View[] = [
  { name: 'tasks', title: 'Tasks', Show: TasksView },
  { name: 'requests', title: 'Requests', Show: RequestsView },
  { name: 'callbacks', title: 'Callbacks', Show: CallbacksView },
  { name: 'inbox', title: 'Inbox', Show: InboxView },
  { name: 'time', title: 'Time', Show: TimeView },
  { name: 'faults', title: 'Break it', Show: FaultsView },
  { name: 'money', title: 'Money and manners', Show: MoneyView },
  { name: 'matrix', title: 'Matrix', Show: MatrixView },
  { name: 'verify', title: 'Verify', Show: VerifyView },
]
