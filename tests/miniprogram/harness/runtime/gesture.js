// Whether a finger or a key is just pressing something: some of WeChat's questions may be asked at no other time.
let pressing = false

export function during (work) {
  pressing = true
  try {
    return work()
  } finally {
    pressing = false
  }
}

export const isPressing = () => pressing
