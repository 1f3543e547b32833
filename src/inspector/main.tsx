import { render } from 'preact'
import { App } from './app.tsx'
import './styles/base.css'
import './styles/shell.css'
import './styles/controls.css'
import './styles/list.css'
import './styles/detail.css'
import './styles/plan.css'
import './styles/columns.css'
import './styles/pages.css'
import { startLive } from './live.ts'
import { applyTheme } from './theme.ts'

applyTheme()
startLive()
const root = document.getElementById('app')
if (root) render(<App />, root)
