export const url = process.env.MOCKLING_URL
