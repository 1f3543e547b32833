/** The channel by which the thread that runs the suite is told to send nothing more. */
export const STOP = 'mockling-verify-stop'
