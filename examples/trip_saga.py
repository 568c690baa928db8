"""Book a trip with three services, and take back what was booked when one is sold out.

The example starts three small HTTP services: flights, hotels and cars. No transaction
spans them, so each booking says how it is cancelled. The first trip gets everything. For
the second no car is left: hotel and flight are cancelled, the last one first, and the
hotels, which answer with an error at first, are asked again. In the end the group is made
to fail at every point there is.

    python examples/trip_saga.py
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NewType

import attrs

from hbia_dsl import Flow, FlowFailed, atomic, vertex
from hbia_dsl.testing import verify_groups

TripId = NewType("TripId", str)
FlightPort = NewType("FlightPort", int)
HotelPort = NewType("HotelPort", int)
CarPort = NewType("CarPort", int)


class SoldOutError(Exception):
    """A service has nothing left."""


@attrs.frozen
class Trip:
    """What the flow takes from outside: the trip, and where the services are."""

    trip: TripId
    flights: FlightPort
    hotels: HotelPort
    cars: CarPort


@attrs.frozen
class Booking:
    """Where a booking is: it is cancelled there."""

    port: int
    trip: TripId


Flight = NewType("Flight", Booking)
Hotel = NewType("Hotel", Booking)
Car = NewType("Car", Booking)


def request(method: str, port: int, trip: TripId) -> int:
    """Ask a service for one thing, and return the status of its answer."""
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request(method, f"/bookings/{trip}")
        return connection.getresponse().status
    finally:
        connection.close()


def book(port: int, trip: TripId) -> Booking:
    """Book; the trip is the key, so a second request for it books nothing more."""
    if request("PUT", port, trip) != 201:
        raise SoldOutError(f"nothing is left for {trip}")
    return Booking(port, trip)


def cancel(inputs: Mapping[str, object], output: object) -> None:
    """Take a booking back; one that is not there any more is fine."""
    assert isinstance(output, Booking)  # noqa: S101 - what the member has returned
    status = request("DELETE", output.port, output.trip)
    if status not in (204, 404):
        raise ConnectionError(f"the service for {inputs['trip']} answers {status}")


@atomic(group="trip", on_failure="compensate", compensate=cancel)
@vertex(effect="side_effect")
def book_flight(trip: TripId, flights: FlightPort) -> Flight:
    """Book a flight."""
    return Flight(book(flights, trip))


@atomic(group="trip", on_failure="compensate", compensate=cancel)
@vertex(effect="side_effect")
def book_hotel(flight: Flight, hotels: HotelPort) -> Hotel:
    """Book a room for those who fly."""
    return Hotel(book(hotels, flight.trip))


@atomic(group="trip", on_failure="compensate", compensate=cancel)
@vertex(effect="side_effect")
def book_car(hotel: Hotel, cars: CarPort) -> Car:
    """Book a car for those who have a room."""
    return Car(book(cars, hotel.trip))


travel = Flow.of("travel", book_flight, book_hotel, book_car, inputs=Trip, result=book_car)


class Service(ThreadingHTTPServer):
    """Sells a number of things, and writes down what it was asked."""

    def __init__(self, name: str, left: int, heard: list[str]) -> None:
        super().__init__(("127.0.0.1", 0), Counter)
        self.name = name
        self.left = left
        self.heard = heard
        self.booked: set[str] = set()
        self.errors = 0
        """How many cancellations are answered with an error first."""

    def put(self, trip: str) -> int:
        """Book, once for each trip."""
        if trip not in self.booked and not self.left:
            return 409
        self.left -= trip not in self.booked
        self.booked.add(trip)
        return 201

    def delete(self, trip: str) -> int:
        """Cancel."""
        if self.errors:
            self.errors -= 1
            return 503
        if trip not in self.booked:
            return 404
        self.booked.remove(trip)
        self.left += 1
        return 204


class Counter(BaseHTTPRequestHandler):
    """Where a service meets its customers."""

    def do_PUT(self) -> None:
        """Book."""
        self._answer("book")

    def do_DELETE(self) -> None:
        """Cancel."""
        self._answer("cancel")

    def _answer(self, asked: str) -> None:
        service = self.server
        assert isinstance(service, Service)  # noqa: S101 - nobody else has these counters
        trip = self.path.rpartition("/")[2]
        status = service.put(trip) if asked == "book" else service.delete(trip)
        service.heard.append(f"{service.name}: {asked} {trip} -> {status}")
        self.send_response(status)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Keep quiet."""


@contextmanager
def serving(service: Service) -> Iterator[Service]:
    """Have a service run for the time of a block."""
    thread = threading.Thread(target=service.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield service
    finally:
        service.shutdown()
        thread.join()
        service.server_close()


def main() -> None:
    """Book two trips with one car, and have the group verified."""
    heard: list[str] = []
    with ExitStack() as services:
        left = {"flights": 5, "hotels": 5, "cars": 1}
        flights, hotels, cars = (
            services.enter_context(serving(Service(name, count, heard)))
            for name, count in left.items()
        )
        ports = {s.name: s.server_port for s in (flights, hotels, cars)}

        def booked() -> Mapping[str, set[str]]:
            return {service.name: set(service.booked) for service in (flights, hotels, cars)}

        def tell(title: str) -> None:
            print(f"{title}:", *heard, sep="\n  ")
            print(f"  booked: {', '.join(f'{n} {sorted(b)}' for n, b in booked().items())}\n")
            heard.clear()

        travel.run_data({"trip": "rome", **ports})
        tell("the first trip")

        hotels.errors = 1  # the first cancellation is answered with an error
        try:
            travel.run_data({"trip": "oslo", **ports})
        except FlowFailed as failed:
            tell(f"the second trip: {failed.root}; {failed.__notes__[0]}")

        def begin_again() -> None:
            for service, count in zip((flights, hotels, cars), left.values(), strict=True):
                service.booked.clear()
                service.left = count

        inputs = {"trip": TripId("oslo"), **ports}
        found = verify_groups(travel, booked, inputs=inputs, reset=begin_again)
        print(f"made to fail at every point:\n{found}")


if __name__ == "__main__":
    main()
