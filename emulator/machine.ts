/** A machine: harts, memory, devices. Its shape is the runtime's `BackEnd`, without knowing it. */
export {};
